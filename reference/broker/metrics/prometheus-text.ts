// Statistics in the text format of Prometheus. In: statistics. Out: text.
import { type Statistics, statisticNames } from '../core/statistics.ts';

/** What the format is called over HTTP. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

/** One metric for each statistic, with help and type. */
export const prometheusText = (statistics: Statistics): string =>
  statisticNames
    .map(({ name, kind, metric, help }) => {
      const known = `mqttspec_${metric}`;
      return `# HELP ${known} ${help}\n# TYPE ${known} ${kind}\n${known} ${statistics[name]}\n`;
    })
    .join('');
