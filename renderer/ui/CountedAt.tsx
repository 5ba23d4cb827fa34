import { secondText, timeText } from './clock-time';

/** Says how old figures are that are not counted anew for a while, and since when they count, where that is not all that was asked for. */
export function CountedAt({
  asOf,
  countedSince,
}: {
  readonly asOf: string | undefined;
  readonly countedSince?: string | undefined;
}) {
  return (
    <>
      {asOf !== undefined && (
        <span
          className="text-sm text-secondary"
          title="Counting takes a while here, so it is repeated only once a minute."
        >
          as of {secondText(asOf)}
        </span>
      )}
      {countedSince !== undefined && (
        <span
          className="text-sm text-secondary"
          title="There are more than can be counted in time. Choose a shorter time range for a complete count."
        >
          the newest only, since {timeText(countedSince)}
        </span>
      )}
    </>
  );
}
