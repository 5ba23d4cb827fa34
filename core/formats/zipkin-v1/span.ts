/** A span of Zipkin's first version (zipkin-api, zipkin-api.yaml): what happened when and where, and facts with where they are known. */
import type { ZipkinEndpoint } from '../zipkin/span';

export interface V1Span {
  /** 16 or 32 lower-case hex digits. */
  readonly traceId: string;
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  /** Epoch microseconds. */
  readonly timestamp: bigint | null;
  /** Microseconds. */
  readonly duration: bigint | null;
  readonly annotations: readonly V1Annotation[];
  readonly binaryAnnotations: readonly V1BinaryAnnotation[];
  readonly debug: boolean;
}

export interface V1Annotation {
  readonly timestamp: bigint;
  readonly value: string;
  readonly endpoint: ZipkinEndpoint | null;
}

export interface V1BinaryAnnotation {
  readonly key: string;
  readonly value: string;
  readonly endpoint: ZipkinEndpoint | null;
}
