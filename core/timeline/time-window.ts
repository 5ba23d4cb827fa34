/** The stretch of a trace that is on screen, in nanoseconds from its origin, and the ticks of its axis. */
export interface TimeWindow {
  readonly startNs: number;
  readonly endNs: number;
}

/** Nothing is told apart below this. */
const MIN_SPAN_NS = 100;

/** All there is; a trace without duration still gets an axis. */
export function wholeWindow(startNs: number, endNs: number): TimeWindow {
  return { startNs, endNs: Math.max(endNs, startNs + MIN_SPAN_NS) };
}

/** Whether nothing of the trace is off screen, but for the rounding of zooming in and out again. */
export function showsWhole(window: TimeWindow, whole: TimeWindow): boolean {
  return widthOf(window) > widthOf(whole) * (1 - 1e-6);
}

/** Zooms by `factor` (below 1: in) around `anchorNs`, inside the trace. */
export function zoomWindow(window: TimeWindow, factor: number, anchorNs: number, whole: TimeWindow): TimeWindow {
  const width = clamp(widthOf(window) * factor, MIN_SPAN_NS, widthOf(whole));
  const share = (anchorNs - window.startNs) / widthOf(window);
  return placed(anchorNs - share * width, width, whole);
}

/** Moves by a share of the window's width. */
export function panWindow(window: TimeWindow, share: number, whole: TimeWindow): TimeWindow {
  return placed(window.startNs + share * widthOf(window), widthOf(window), whole);
}

/** Shows a range with a little room on both sides. */
export function fitWindow(startNs: number, endNs: number, whole: TimeWindow): TimeWindow {
  const width = clamp((endNs - startNs) * 1.1, MIN_SPAN_NS, widthOf(whole));
  return placed((startNs + endNs - width) / 2, width, whole);
}

export function widthOf({ startNs, endNs }: TimeWindow): number {
  return endNs - startNs;
}

function placed(startNs: number, widthNs: number, whole: TimeWindow): TimeWindow {
  const start = clamp(startNs, whole.startNs, whole.endNs - widthNs);
  return { startNs: start, endNs: start + widthNs };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** Round times inside the window, counted from `zeroNs`: steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function ticksOf(
  window: TimeWindow,
  count: number,
  zeroNs = 0,
): { readonly ticks: number[]; readonly stepNs: number } {
  const rough = widthOf(window) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const stepNs = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough) ?? power * 10;
  const ticks: number[] = [];
  for (let k = Math.ceil((window.startNs - zeroNs) / stepNs); k * stepNs <= window.endNs - zeroNs; k++) {
    ticks.push(zeroNs + k * stepNs);
  }
  return { ticks, stepNs };
}

const DAY_NS = 8.64e13;

/** A tick's label in the unit that suits the step, so that all labels of an axis have one precision. */
export function tickLabel(ns: number, stepNs: number): string {
  if (stepNs >= DAY_NS) return `${(ns / DAY_NS).toFixed(stepNs >= 10 * DAY_NS ? 0 : 1)} d`;
  const largest = 10 * stepNs;
  const [unit, name] =
    largest >= 1e9 ? [1e9, 's'] : largest >= 1e6 ? [1e6, 'ms'] : largest >= 1e3 ? [1e3, '\u00b5s'] : [1, 'ns'];
  const decimals = Math.max(0, Math.ceil(-Math.log10(stepNs / unit) - 1e-9));
  return `${(ns / unit).toFixed(Math.min(decimals, 6))} ${name}`;
}
