import createError from '@fastify/error'

/** An option is unknown, of the wrong type or impossible; stops the start-up. */
export const FST_ANOMALIES_BAD_OPTION = createError<[string, string]>('FST_ANOMALIES_BAD_OPTION', 'fastify-anomalies: %s%s', 500, TypeError)

/** A request was refused, because its entity has accumulated too much risk (mode `enforce` only). Has no stack: how often it is made is the attacker's choice. */
export const FST_ANOMALIES_BLOCKED = createError<[]>('FST_ANOMALIES_BLOCKED', 'Forbidden', 403, Error, false)

/** A snapshot cannot be restored or merged. */
export const FST_ANOMALIES_BAD_SNAPSHOT = createError<[string]>('FST_ANOMALIES_BAD_SNAPSHOT', 'fastify-anomalies: this is no snapshot that can be used here: %s', 500, TypeError)

/** A baseline id that does not exist. */
export const FST_ANOMALIES_UNKNOWN_BASELINE = createError<[string]>('FST_ANOMALIES_UNKNOWN_BASELINE', 'fastify-anomalies: there is no baseline %s', 404, RangeError)
