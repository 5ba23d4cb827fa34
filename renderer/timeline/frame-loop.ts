/** One paint a frame at most, however often something changes in between. */
export class FrameLoop {
  private requested = 0;

  constructor(private readonly paint: () => void) {}

  readonly invalidate = (): void => {
    if (this.requested !== 0) return;
    this.requested = requestAnimationFrame(() => {
      this.requested = 0;
      this.paint();
    });
  };

  stop(): void {
    cancelAnimationFrame(this.requested);
    this.requested = 0;
  }
}
