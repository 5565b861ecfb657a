// A process of its own that judges faults, one message each. In: names of faults. Out: detections.
import { serverScenarios } from '../scenarios/all.ts';
import { faultNamed } from './all.ts';
import { judgeFault, relevantTo } from './judge-fault.ts';

process.on('message', ({ name, whole }: { name: string; whole: boolean }) => {
  const fault = faultNamed(name);
  if (fault === undefined) throw new RangeError(`there is no fault ${name}`);
  judgeFault(fault, whole ? serverScenarios : relevantTo(fault, serverScenarios)).then(
    (detection) => process.send?.(detection),
    (error: unknown) => {
      process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  );
});
