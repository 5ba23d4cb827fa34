/** The stretch of a trace that is on screen, in nanoseconds from its start, and the ticks of its axis. */
export interface TimeWindow {
  readonly startNs: number;
  readonly endNs: number;
}

/** Nothing is told apart below this. */
const MIN_SPAN_NS = 100;

/** The whole trace; one without duration still gets an axis. */
export function wholeWindow(durationNs: number): TimeWindow {
  return { startNs: 0, endNs: Math.max(durationNs, MIN_SPAN_NS) };
}

/** Whether nothing of the trace is off screen, but for the rounding of zooming in and out again. */
export function showsWhole(window: TimeWindow, durationNs: number): boolean {
  const whole = wholeWindow(durationNs);
  return window.endNs - window.startNs > (whole.endNs - whole.startNs) * (1 - 1e-6);
}

/** Zooms by `factor` (below 1: in) around `anchorNs`, inside the trace. */
export function zoomWindow(window: TimeWindow, factor: number, anchorNs: number, durationNs: number): TimeWindow {
  const whole = wholeWindow(durationNs);
  const span = clamp((window.endNs - window.startNs) * factor, MIN_SPAN_NS, whole.endNs);
  const share = (anchorNs - window.startNs) / (window.endNs - window.startNs);
  return placed(anchorNs - share * span, span, whole);
}

/** Moves by a share of the window's width. */
export function panWindow(window: TimeWindow, share: number, durationNs: number): TimeWindow {
  const span = window.endNs - window.startNs;
  return placed(window.startNs + share * span, span, wholeWindow(durationNs));
}

/** Shows a range with a little room on both sides. */
export function fitWindow(startNs: number, endNs: number, durationNs: number): TimeWindow {
  const whole = wholeWindow(durationNs);
  const span = clamp((endNs - startNs) * 1.1, MIN_SPAN_NS, whole.endNs);
  return placed((startNs + endNs - span) / 2, span, whole);
}

function placed(startNs: number, spanNs: number, whole: TimeWindow): TimeWindow {
  const start = clamp(startNs, 0, whole.endNs - spanNs);
  return { startNs: start, endNs: start + spanNs };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** Round times inside the window: steps of 1, 2 or 5 times a power of ten, about `count` of them. */
export function ticksOf(window: TimeWindow, count: number): number[] {
  const span = window.endNs - window.startNs;
  const rough = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? power * 10;
  const ticks: number[] = [];
  for (let k = Math.ceil(window.startNs / step); k * step <= window.endNs; k++) ticks.push(k * step);
  return ticks;
}

/** A tick's label in the unit that suits the step, so that all labels of an axis have one precision. */
export function tickLabel(ns: number, stepNs: number): string {
  const largest = 10 * stepNs;
  const [unit, name] =
    largest >= 1e9 ? [1e9, 's'] : largest >= 1e6 ? [1e6, 'ms'] : largest >= 1e3 ? [1e3, '\u00b5s'] : [1, 'ns'];
  const decimals = Math.max(0, Math.ceil(-Math.log10(stepNs / unit) - 1e-9));
  return `${(ns / unit).toFixed(Math.min(decimals, 6))} ${name}`;
}
