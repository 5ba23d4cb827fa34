/** SQL of a sum of int8 as an int8, null where there is nothing to sum: what is more than that holds is as much as it holds, so that the answer is one. */
export const wholeSum = (of: string): string =>
  `case when sum(${of}) is not null then least(sum(${of}), 9223372036854775807)::int8 end`;
