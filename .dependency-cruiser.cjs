/** The layers of docs/ARCHITECTURE.md, checked by `npm run check`. */
const nodeBuiltins = '^node:';

module.exports = {
  forbidden: [
    {
      name: 'core-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: '^(services|workers|electron|renderer|server|scripts|tests|resources)/' },
    },
    {
      name: 'core-is-pure',
      comment: 'No I/O, no DOM library, no shell: core runs in a browser, a thread and a server alike.',
      severity: 'error',
      from: { path: '^core/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-knows-no-framework',
      severity: 'error',
      from: { path: '^core/' },
      to: { path: 'node_modules/(electron|react|react-dom|@electric-sql|ws|hono|pg|zustand)/' },
    },
    {
      name: 'renderer-meets-workers-only-in-core',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(services|workers|electron|server|scripts)/' },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'services-know-no-host',
      comment: 'What serves the contract runs in threads of the desktop and in the team server alike.',
      severity: 'error',
      from: { path: '^services/' },
      to: { path: '^(workers|electron|renderer|server|scripts)/|node_modules/(electron|comlink)/' },
    },
    {
      name: 'services-keep-apart',
      comment: 'Services meet through core/api; net/ and log.ts are shared, and the gateway answers for alerts/.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/[^/]+/', pathNot: '^services/($1|net|alerts)/' },
    },
    {
      name: 'workers-know-no-shell',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^(electron|renderer|server|scripts)/|node_modules/electron/' },
    },
    {
      name: 'workers-keep-apart',
      comment: 'Threads meet through core/api; only rpc/ is shared.',
      severity: 'error',
      from: { path: '^workers/([^/]+)/' },
      to: { path: '^workers/[^/]+/', pathNot: '^workers/($1|rpc)/' },
    },
    {
      name: 'headless-shell-needs-no-electron',
      severity: 'error',
      from: { path: '^electron/(host|headless|cli)/' },
      to: { path: '^electron/(main|preload)/|node_modules/electron/' },
    },
    {
      name: 'server-stands-alone',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(electron|renderer|workers|scripts)/' },
    },
    {
      name: 'server-layers-know-no-module',
      severity: 'error',
      from: { path: '^server/(adapters|events|http|jobs|migrations|observe)/' },
      to: { path: '^server/(modules|doors)/' },
    },
    {
      name: 'server-modules-know-no-door',
      severity: 'error',
      from: { path: '^server/modules/' },
      to: { path: '^server/doors/' },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { path: '^(core|services|workers|electron|renderer|server)/' },
      to: { path: '^(tests|scripts)/' },
    },
    {
      name: 'screens-keep-apart',
      comment: 'What two screens show is in features/; a screen is loaded when it is opened.',
      severity: 'error',
      from: { path: '^renderer/screens/([^/]+)/' },
      to: { path: '^renderer/screens/[^/]+/', pathNot: '^renderer/screens/$1/' },
    },
    {
      name: 'shared-parts-know-no-screen',
      severity: 'error',
      from: { path: '^renderer/(connection|features|hooks|stores|timeline|ui)/' },
      to: { path: '^renderer/(app|screens)/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-folder-cycles',
      scope: 'folder',
      severity: 'error',
      from: { pathNot: '^tests' },
      to: { circular: true },
    },
    {
      name: 'what-runs-is-a-dependency',
      comment: 'The main bundle leaves its imports in node_modules: they must be dependencies, not devDependencies.',
      severity: 'error',
      from: { path: '^(core|services|workers|electron|server)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/electron/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: `${nodeBuiltins}|\\?` },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^out/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
