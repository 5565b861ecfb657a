// What has to be loaded, by the arguments alone. The commands other than the suite bring the reference broker, the client and more with
// them: to load those takes as long as a hundred scenarios.

/** Whether these arguments ask for the suite, and for no help, which tells of all commands. */
export const asksForSuite = (args: readonly string[]): boolean =>
  (args[0] === undefined || args[0].startsWith('-') || args[0] === 'conformance') &&
  !args.some((one) => one === '--help' || /^-\w*h/.test(one));

/** Whether the suite is played against the embedded broker. */
export const judgesEmbedded = (args: readonly string[]): boolean =>
  asksForSuite(args) && !args.some((one) => /^(-t|-V|--target|--list|--version)/.test(one));
