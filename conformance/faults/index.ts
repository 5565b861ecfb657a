// The public door `mqttspec/faults`: brokers with one deliberate violation each, as test doubles for authors of clients.
export { faultNamed, faults } from './all.ts';
export type { Fault } from './fault.ts';
