/** Traces of a web shop: web -> checkout, catalog, payments, inventory, shipping, with the failures that shops have. */
import type { SampleSpan, SampleValue } from './otlp-builder';
import type { Random } from './random';

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;
const US = 1_000n;

/** Builds one trace, span by span, keeping children inside their parents. */
class TraceBuilder {
  readonly spans: SampleSpan[] = [];
  readonly traceId: string;

  constructor(readonly random: Random) {
    this.traceId = random.hex(16);
  }

  /** Adds a span; `children` runs inside it from its start and returns when they end. Times are microseconds. */
  add(
    parent: string | null,
    span: {
      readonly service: string;
      readonly name: string;
      readonly kind: number;
      readonly attributes?: Record<string, SampleValue>;
      readonly error?: string | undefined;
    },
    startNs: bigint,
    ownUs: number,
    children?: (id: string, startNs: bigint) => bigint,
  ): bigint {
    const spanId = this.random.hex(8);
    const before = BigInt(Math.round(ownUs * 0.4)) * US;
    const childrenEnd = children ? children(spanId, startNs + before) : startNs + before;
    const endNs = childrenEnd + BigInt(Math.round(ownUs * 0.6)) * US;
    this.spans.push({
      traceId: this.traceId,
      spanId,
      ...(parent === null ? {} : { parentSpanId: parent }),
      service: span.service,
      name: span.name,
      kind: span.kind,
      startNs,
      endNs,
      attributes: span.attributes ?? {},
      ...(span.error ? { error: span.error } : {}),
    });
    return endNs;
  }
}

export function shopTrace(random: Random, startNs: bigint): SampleSpan[] {
  const trace = new TraceBuilder(random);
  const kind = random.next();
  if (kind < 0.45) browse(trace, startNs);
  else if (kind < 0.7) search(trace, startNs);
  else checkout(trace, startNs);
  return trace.spans;
}

/** One page of a product, which asks two services. */
export function browseTrace(random: Random, startNs: bigint): SampleSpan[] {
  const trace = new TraceBuilder(random);
  browse(trace, startNs);
  return trace.spans;
}

function http(method: string, route: string, status: number): Record<string, SampleValue> {
  return { 'http.request.method': method, 'http.route': route, 'http.response.status_code': status };
}

function query(
  trace: TraceBuilder,
  parent: string,
  service: string,
  table: string,
  startNs: bigint,
  error?: string,
): bigint {
  const { random } = trace;
  return trace.add(
    parent,
    {
      service,
      name: `SELECT ${table}`,
      kind: CLIENT,
      attributes: {
        'db.system.name': 'postgresql',
        'db.collection.name': table,
        'db.query.text': `select * from ${table} where id = $1`,
        'server.address': 'db.shop.local',
      },
      error,
    },
    startNs,
    random.int(700, 9_000),
  );
}

/** A call from one service to another: a client span, a server span inside it. */
function call(
  trace: TraceBuilder,
  parent: string,
  from: string,
  to: string,
  method: string,
  route: string,
  startNs: bigint,
  inside: (id: string, startNs: bigint) => bigint,
  error?: string,
): bigint {
  const status = error ? 500 : 200;
  return trace.add(
    parent,
    { service: from, name: `${method} ${to}`, kind: CLIENT, attributes: http(method, route, status), error },
    startNs,
    trace.random.int(400, 1_800),
    (client, at) =>
      trace.add(
        client,
        { service: to, name: `${method} ${route}`, kind: SERVER, attributes: http(method, route, status), error },
        at,
        trace.random.int(900, 6_000),
        inside,
      ),
  );
}

function browse(trace: TraceBuilder, startNs: bigint): void {
  const { random } = trace;
  const product = random.int(100, 999);
  trace.add(
    null,
    {
      service: 'web',
      name: 'GET /products/:id',
      kind: SERVER,
      attributes: { ...http('GET', '/products/:id', 200), 'shop.product.id': product },
    },
    startNs,
    random.int(4_000, 12_000),
    (root, at) => {
      const end = call(trace, root, 'web', 'catalog', 'GET', '/catalog/:id', at, (id, t) =>
        query(trace, id, 'catalog', 'product', t),
      );
      return call(trace, root, 'web', 'inventory', 'GET', '/inventory/:sku', end, (id, t) =>
        query(trace, id, 'inventory', 'stock', t),
      );
    },
  );
}

function search(trace: TraceBuilder, startNs: bigint): void {
  const { random } = trace;
  trace.add(
    null,
    {
      service: 'web',
      name: 'GET /search',
      kind: SERVER,
      attributes: { ...http('GET', '/search', 200), 'shop.search.hits': random.int(0, 60) },
    },
    startNs,
    random.int(3_000, 9_000),
    (root, at) =>
      call(trace, root, 'web', 'catalog', 'GET', '/catalog/search', at, (id, t) => {
        let end = t;
        // One query for each hit: the classic that a timeline shows at a glance.
        for (let i = 0; i < random.int(2, 9); i++) end = query(trace, id, 'catalog', 'product', end);
        return end;
      }),
  );
}

function checkout(trace: TraceBuilder, startNs: bigint): void {
  const { random } = trace;
  const declined = random.next() < 0.14;
  const deadlock = !declined && random.next() < 0.12;
  const error = declined ? 'CardDeclined: the issuer declined the payment (insufficient_funds)' : undefined;
  trace.add(
    null,
    {
      service: 'web',
      name: 'POST /orders',
      kind: SERVER,
      attributes: { ...http('POST', '/orders', error ? 402 : 201), 'enduser.id': `customer-${random.int(1, 90)}` },
      error: error && 'HTTP 402',
    },
    startNs,
    random.int(5_000, 15_000),
    (root, at) =>
      call(
        trace,
        root,
        'web',
        'checkout',
        'POST',
        '/checkout',
        at,
        (id, t) => {
          let end = call(trace, id, 'checkout', 'inventory', 'POST', '/reserve', t, (inner, s) => {
            if (!deadlock) return query(trace, inner, 'inventory', 'stock', s);
            const failed = query(
              trace,
              inner,
              'inventory',
              'stock',
              s,
              'DeadlockDetected: process 318 waits for ShareLock on transaction 77121',
            );
            return query(trace, inner, 'inventory', 'stock', failed + 20_000n * US);
          });
          end = call(
            trace,
            id,
            'checkout',
            'payments',
            'POST',
            '/charge',
            end,
            (inner, s) => charge(trace, inner, s, error),
            error,
          );
          if (error) return end;
          return trace.add(
            id,
            {
              service: 'checkout',
              name: 'orders publish',
              kind: PRODUCER,
              attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
            },
            end,
            random.int(600, 2_000),
            (producer, s) => {
              trace.add(
                producer,
                {
                  service: 'shipping',
                  name: 'orders process',
                  kind: CONSUMER,
                  attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
                },
                s + BigInt(random.int(5_000, 40_000)) * US,
                random.int(8_000, 30_000),
                (consumer, inside) => query(trace, consumer, 'shipping', 'shipment', inside),
              );
              return s;
            },
          );
        },
        error,
      ),
  );
}

function charge(trace: TraceBuilder, parent: string, startNs: bigint, error?: string): bigint {
  return trace.add(
    parent,
    {
      service: 'payments',
      name: 'POST api.cards.example',
      kind: CLIENT,
      attributes: {
        ...http('POST', '/v2/charges', error ? 402 : 200),
        'server.address': 'api.cards.example',
        'payment.amount': trace.random.int(900, 24_000) / 100,
      },
      error,
    },
    startNs,
    trace.random.int(80_000, 420_000),
  );
}
