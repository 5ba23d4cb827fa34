/** Measures frames inside a page: what a gesture costs the main thread per frame, and how far apart frames are. */
import type { Page } from '@playwright/test';

export interface Frames {
  /** Milliseconds from one frame to the next. */
  readonly intervals: readonly number[];
  /** Milliseconds of the main thread a frame: the event, the paint, layout and what else the frame brings. */
  readonly work: readonly number[];
}

export type Gesture = 'pan' | 'zoom' | 'scroll' | 'hover';

/** Sends one event a frame to the timeline's element, for `count` frames. */
export async function measureFrames(page: Page, gesture: Gesture, count: number): Promise<Frames> {
  // What compiles this file wraps inner functions in a helper that the page does not have.
  await page.evaluate('globalThis.__name = (named) => named');
  return page.evaluate(
    async ([kind, frames]) => {
      const canvases = [...document.querySelectorAll('main canvas')].filter((canvas) => canvas.clientHeight > 200);
      const target = canvases[0]?.parentElement as HTMLElement;
      const { left, top, width, height } = target.getBoundingClientRect();
      const [x, y] = [left + width * 0.6, top + height * 0.5];
      const wheel = (deltaX: number, deltaY: number, ctrlKey: boolean): void => {
        const init = { clientX: x, clientY: y, deltaX, deltaY, ctrlKey, bubbles: true, cancelable: true };
        target.dispatchEvent(new WheelEvent('wheel', init));
      };
      const send = (n: number): void => {
        if (kind === 'pan') wheel(n % 80 < 40 ? 24 : -24, 0, false);
        else if (kind === 'zoom') wheel(0, n % 80 < 40 ? -24 : 24, true);
        else if (kind === 'scroll') wheel(0, n % 200 < 120 ? 130 : -130, false);
        else {
          const at = {
            clientX: left + width * (0.4 + ((n * 7) % 50) / 100),
            clientY: top + 60 + ((n * 13) % (height - 120)),
          };
          target.dispatchEvent(new PointerEvent('pointermove', { ...at, bubbles: true }));
        }
      };
      const intervals: number[] = [];
      const work: number[] = [];
      const after = new MessageChannel();
      let resolveWork = (): void => {};
      after.port1.onmessage = () => resolveWork();
      let last = 0;
      for (let n = 0; n < frames; n++) {
        const at = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
        if (last > 0) intervals.push(at - last);
        last = at;
        const startedAt = performance.now();
        send(n);
        // The paint that the event asked for comes with the next frame: measured from there to the task behind it.
        const sent = performance.now() - startedAt;
        await new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));
        const now = performance.now();
        intervals.push(now - last);
        last = now;
        const done = new Promise<void>((resolve) => {
          resolveWork = resolve;
        });
        after.port2.postMessage(null);
        await done;
        work.push(sent + performance.now() - now);
      }
      return { intervals: intervals.slice(2), work };
    },
    [gesture, count] as const,
  );
}
