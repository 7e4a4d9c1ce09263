/*
 * Log-odds from which texts alarm, by what their field holds: above those that cross-validation chooses (train/evaluate.ts, docs/injection.md).
 */

/** Where nothing else applies. */
export const ALARM_FROM = 1
/** The same in headers that never hold anything of the kind. */
export const HEADER_FROM = -0.5
/** The same in fields of ids, codes and numbers. */
export const STRICT_FROM = -1.5
/** The same in fields whose name says that they hold secrets: passwords are made of signs. */
export const SECRET_FROM = 4
/** Log-odds from which a text is at all like an injection. */
export const MILD_FROM = -2
