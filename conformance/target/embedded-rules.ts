// What the embedded broker lets in, so that credentials and access rules can be judged on it too.

/** Messages of the process to its parent. */
export interface EmbeddedPlaces {
  readonly port: number;
  readonly websocketPort: number;
}

/** The one user that it knows; anonymous clients are let in as well. */
export const embeddedUser = { name: 'tester', password: 'embedded' } as const;
/** Nobody may publish or subscribe to it. */
export const forbiddenTopic = 'mqttspec/forbidden';
