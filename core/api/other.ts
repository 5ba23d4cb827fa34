/** What stands for names that are too many to be told apart. */
export const OTHER = '(other)';
