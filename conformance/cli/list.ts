// `--list`: what would be played, with the statements cited.
import type { Filed } from '../runner/plan.ts';

export function listScenarios(scenarios: readonly Filed[]): string {
  const lines: string[] = [];
  let last = '';
  for (const { section, scenario } of scenarios) {
    if (section !== last) lines.push('', section);
    last = section;
    const { v3, v31 = [] } = scenario.cites;
    lines.push(`  ${scenario.id}`, `    ${scenario.title}`, `    ${[...v3, ...v31].join(' ')}`);
  }
  return `${lines.join('\n').trimStart()}\n\n${scenarios.length} scenarios\n`;
}
