import { describe, expect, it } from 'vitest';
import { arePanels, type DashboardPanel, MAX_PANELS_LENGTH, MOST_PANELS, PANELS } from '../../core/api/dashboard';
import { problemOf } from '../../core/dashboards/check-panels';
import { dashboardFile, freeId, MAX_FILE_CHARS, named, readDashboardFile } from '../../core/dashboards/dashboard-file';
import { filteredLogs, filteredSeries, filteredSpans, filterProblem } from '../../core/dashboards/shared-filter';
import { STARTERS } from '../../core/dashboards/starters';
import { dashboards } from '../../core/operations/dashboards';
import { checkInput } from '../../core/operations/input';
import { parseLogQuery } from '../../core/query/logs/parse-log-query';
import { duplicated, moved, withPanel } from '../../renderer/screens/dashboards/panel-list';

const panel = (change: Partial<DashboardPanel> = {}): object => ({
  id: 'a',
  title: '',
  width: 'half',
  kind: 'spans',
  query: '{ } | rate()',
  ...change,
});
const asked = (panels: readonly object[]): unknown => {
  const [input] = dashboards.createDashboard.input;
  if (!input) throw new Error('it takes nothing');
  return checkInput(input, { name: ' Shop ', panels });
};
const refusal = (panels: readonly object[]): string => {
  try {
    asked(panels);
    return 'none';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('what a dashboard may hold', () => {
  it('fills in what may be left out', () => {
    const made = asked([
      { id: '1', kind: 'metric', metric: 'm' },
      { id: '2', kind: 'logs' },
    ]);
    expect(made).toEqual({
      name: 'Shop',
      panels: [
        { id: '1', kind: 'metric', metric: 'm', title: '', width: 'half', aggregate: null, groupBy: [], filter: '' },
        { id: '2', kind: 'logs', title: '', width: 'half', query: '', show: 'count' },
      ],
    });
  });

  it.each([
    ['a query that gives no numbers', [panel({ query: '{ status = error }' })], 'panels.0.query: gives no numbers'],
    ['a query that compares', [panel({ query: '{ } | compare({ status = error })' })], 'panels.0.query: gives no'],
    ['a query that cannot be read', [panel({ query: '{ status = } | rate()' })], 'panels.0.query: '],
    ['a search that cannot be read', [panel({ kind: 'logs', query: '(a', show: 'list' })], 'panels.0.query: '],
    [
      'a filter that cannot be read',
      [panel({ kind: 'metric' }), { id: 'b', kind: 'metric', metric: 'm', filter: 'x' }],
      'panels',
    ],
    ['a field that nobody knows', [{ ...panel(), colour: 'red' }], 'Unrecognized key: "colour"'],
    ['a kind that nobody knows', [{ id: 'a', kind: 'pie' }], 'panels.0.kind'],
    ['two panels of one ID', [panel(), panel()], 'panels.1.id: is the ID of another panel'],
    [
      'too many panels',
      Array.from({ length: MOST_PANELS + 1 }, (_, i) => ({ ...panel(), id: `p${i}` })),
      'more than 30 panels',
    ],
  ])('refuses %s, and says where', (_, panels, message) => {
    expect(refusal(panels)).toContain(message);
  });

  it('takes numbers that are calculated from others', () => {
    expect(refusal([panel({ query: '({ status = error } | rate()) / ({ } | rate())' })])).toBe('none');
  });

  it('is bounded as a whole, and what a replica pushes is held against the same', () => {
    const long = Array.from({ length: MOST_PANELS }, (_, i) => ({ ...panel(), id: `p${i}`, query: 'x'.repeat(9_000) }));
    expect(PANELS.safeParse(long).error?.issues[0]?.message).toContain(String(MAX_PANELS_LENGTH));
    expect([arePanels(JSON.stringify([panel()])), arePanels('[{}]'), arePanels('[')]).toEqual([true, false, false]);
  });
});

describe('the filter of a dashboard', () => {
  it('narrows what is measured', () => {
    expect(filteredSpans('{ status = error } | rate() by(name)', 'service=web http.route!="/a b"')).toBe(
      '{ status = error && resource.service.name = "web" && !(.http.route = "/a b") } | rate() by(name)',
    );
    expect(filteredSpans('{ } >> { name = "db" } | count_over_time()', 'resource.host.name=one')).toMatch(
      /\| \{ resource\.host\.name = "one" \} \| count_over_time\(\)$/,
    );
    expect(filteredSpans('({ status = error } | rate()) / ({ } | rate())', 'service=web')).toBe(
      '({ status = error && resource.service.name = "web" } | rate()) / ({ resource.service.name = "web" } | rate())',
    );
    expect(filteredSpans('({ } | rate()) * 100', 'service=web')).toContain('resource.service.name = "web"');
    // Whether an attribute is a number its text does not say.
    expect(filteredSpans('{ } | rate()', 'code=500')).toContain('.code = 500 || .code = "500"');
    expect(filteredSpans('{ } | rate()', ' ')).toBe('{ } | rate()');
  });

  it('narrows logs, whatever they are searched for, and where they come from', () => {
    const query = filteredLogs('refused OR denied', 'service=web a!=b', { environment: 'prod', version: '1.0' });
    expect(query).toBe(
      '(refused OR denied) service="web" a!="b" (resource.deployment.environment.name="prod" OR resource.deployment.environment="prod") (resource.service.version="1.0")',
    );
    expect(parseLogQuery(query).kind).toBe('and');
    expect(filteredLogs('', '', {})).toBe('');
  });

  it('narrows series', () => {
    expect(filteredSeries('state=idle', 'service=web', { version: '1 0' })).toBe(
      'state=idle service=web resource.service.version="1 0"',
    );
    expect(filterProblem('service=')).toContain('not understood');
    expect(filterProblem('service=a')).toBeNull();
  });
});

describe('the panels of a dashboard, changed', () => {
  const [one, two] = ['1', '2'].map((id) =>
    named({ kind: 'logs', title: id, width: 'half', query: '', show: 'count' }, id),
  );
  const edit = { kind: 'logs', title: 'edited', width: 'full', query: 'a', show: 'list' } as const;
  if (!one || !two) throw new Error('no panels');

  it('edits one in its place, and adds another', () => {
    expect(withPanel([one, two], one, edit)).toEqual([{ ...edit, id: '1' }, two]);
    expect(withPanel([one, two], null, edit)).toEqual([one, two, { ...edit, id: '3' }]);
    expect(moved([one, two], 1, 0)).toEqual([two, one]);
    expect(duplicated([one, two], 0)).toEqual([one, { ...one, id: '3' }, two]);
  });

  it('keeps an edit whose panel was removed meanwhile', () => {
    expect(withPanel([two], one, edit)).toEqual([two, { ...edit, id: '3' }]);
  });
});

describe('the file of a dashboard', () => {
  it.each(STARTERS.map((one) => [one.title, one] as const))(
    '%s: comes back as it was, and can be asked',
    (_, { dashboard }) => {
      expect(readDashboardFile(dashboardFile(dashboard))).toEqual(dashboard);
      expect(dashboard.panels.map(problemOf).filter((problem) => problem !== null)).toEqual([]);
    },
  );

  it.each([
    ['no JSON', '{', 'This is no JSON'],
    ['another file', '{"format":"grafana"}', 'format: is not "spoor-dashboard"'],
    ['a newer version', file({ version: 2 }), 'version: is not 1'],
    ['a field that nobody knows', file({ refresh: 5 }), 'Unrecognized key: "refresh"'],
    [
      'an unknown field of a panel',
      file({ panels: [{ kind: 'logs', colour: 1 }] }),
      'panels.0: Unrecognized key: "colour"',
    ],
    ['a query that cannot be read', file({ panels: [{ kind: 'spans', query: '{ } | rat()' }] }), 'panels.0.query: '],
    ['a name that is empty', file({ name: ' ' }), 'name: '],
    ['a file that is too long', ' '.repeat(MAX_FILE_CHARS + 1), 'more than'],
  ])('refuses %s, and says where', (_, text, message) => {
    expect(() => readDashboardFile(text)).toThrow(message);
  });

  it('gives new panels an ID of their own', () => {
    expect(freeId([])).toBe('1');
    expect(freeId([{ id: '2' }, { id: 'x' }])).toBe('3');
    expect(freeId([{ id: '2' }])).toBe('3');
  });
});

function file(change: object): string {
  return JSON.stringify({ format: 'spoor-dashboard', version: 1, name: 'Shop', panels: [], ...change });
}
