// All scenarios for clients. A test holds the list against the disk.
import * as connecting from './client/connecting.ts';
import * as identifiers from './client/identifiers.ts';
import * as messages from './client/messages.ts';
import * as violations from './client/violations.ts';
import * as websocket from './client/websocket.ts';
import type { ClientScenario } from './client-scenario.ts';

const inOrder = new Intl.Collator('en', { numeric: true });

export const clientScenarios: readonly ClientScenario[] = [connecting, identifiers, messages, violations, websocket]
  .flatMap((file) => Object.values<ClientScenario | readonly ClientScenario[]>(file).flat())
  .sort((a, b) => inOrder.compare(a.section, b.section) || inOrder.compare(a.id, b.id));
