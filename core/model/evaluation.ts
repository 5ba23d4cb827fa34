/** An evaluation that came with telemetry: what an evaluator said of a span. */
export interface Evaluation {
  readonly name: string;
  readonly score: number | null;
  readonly label: string | null;
  readonly explanation: string | null;
}

/** An evaluation of a row of a batch. */
export interface SentEvaluation extends Evaluation {
  readonly row: number;
}
