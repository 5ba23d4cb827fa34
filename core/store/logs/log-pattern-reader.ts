/** Templates of the newest log records that match a search. */
import { type LogPattern, type LogPatternQuery, type LogPatterns, MOST_PATTERN_RECORDS } from '../../api/logs';
import { type LogLevel, levelOf } from '../../model/log-level';
import { rfc3339FromNs } from '../../model/time';
import { type LogTemplate, queryOfTemplate, TemplateMiner, templateText } from '../../query/logs/log-templates';
import { type LogReader, rangeOf } from './log-reader';
import { type LogText, logIdOf, placeOf } from './log-rows';
import type { LogSlice } from './log-search';

/** Records of one statement. */
const BATCH = 500;
const DEFAULT_LIMIT = 100;
const MOST_SERVICES = 5;

interface Seen {
  readonly newest: LogText;
  oldestNs: bigint;
  severity: number;
  readonly services: Set<string>;
}

export class LogPatternReader {
  constructor(private readonly reader: LogReader) {}

  /** @throws SpoorError VALIDATION_ERROR */
  async patterns(query: LogPatternQuery, signal?: AbortSignal): Promise<LogPatterns> {
    const search = await this.reader.searchFor(query, rangeOf(query), signal);
    const miner = new TemplateMiner();
    const seen = new Map<LogTemplate, Seen>();
    let looked = 0;
    let complete = true;
    slices: for await (const slice of search.slices(null)) {
      for (let rest: LogSlice | null = slice; rest; ) {
        const most = Math.min(BATCH, MOST_PATTERN_RECORDS - looked);
        const read: Awaited<ReturnType<typeof search.readTexts>> = await search.readTexts(rest, most);
        for (const row of read.found) note(seen, miner.add(row.message || row.event_name), row);
        looked += read.found.length;
        rest = read.rest;
        if (search.turns.isDue) await search.turns.end();
        complete = (rest === null && slice.isEnd) || !(search.turns.isOver || looked >= MOST_PATTERN_RECORDS);
        if (!complete) break slices;
      }
    }
    const patterns = miner.templates.map((template) => patternOf(template, seen.get(template) as Seen));
    patterns.sort((a, b) => b.count - a.count || (a.lastSeen < b.lastSeen ? 1 : -1));
    return { patterns: patterns.slice(0, query.limit ?? DEFAULT_LIMIT), looked, total: patterns.length, complete };
  }
}

/** Records come newest first. */
function note(seen: Map<LogTemplate, Seen>, template: LogTemplate, row: LogText): void {
  const known = seen.get(template) ?? {
    newest: row,
    oldestNs: row.time_ns,
    severity: 0,
    services: new Set<string>(),
  };
  known.oldestNs = row.time_ns;
  known.severity = Math.max(known.severity, row.severity);
  if (known.services.size < MOST_SERVICES) known.services.add(row.service);
  seen.set(template, known);
}

function patternOf(template: LogTemplate, { newest, oldestNs, severity, services }: Seen): LogPattern {
  const text = templateText(template);
  const level: LogLevel = levelOf(severity);
  return {
    template: text,
    count: template.count,
    level,
    services: [...services].sort(),
    firstSeen: rfc3339FromNs(oldestNs),
    lastSeen: rfc3339FromNs(newest.time_ns),
    sample: { id: logIdOf(placeOf(newest)), message: newest.message || newest.event_name },
    query: queryOfTemplate(text),
  };
}
