import createError from '@fastify/error'

/** An option is unknown, of the wrong type or impossible; stops the start-up. */
export const FST_ANOMALIES_BAD_OPTION = createError<[string, string]>('FST_ANOMALIES_BAD_OPTION', 'fastify-anomalies: %s%s', 500, TypeError)

/** A request was refused, because its entity has accumulated too much risk (mode `enforce` only). Has no stack: how often it is made is the attacker's choice. */
export const FST_ANOMALIES_BLOCKED = createError<[]>('FST_ANOMALIES_BLOCKED', 'Forbidden', 403, Error, false)

/** A request came too soon after others, from an entity that has accumulated some risk (mode `enforce` only). Has no stack either. */
export const FST_ANOMALIES_THROTTLED = createError<[]>('FST_ANOMALIES_THROTTLED', 'Too Many Requests', 429, Error, false)

/** A snapshot cannot be restored or merged. */
export const FST_ANOMALIES_BAD_SNAPSHOT = createError<[string]>('FST_ANOMALIES_BAD_SNAPSHOT', 'fastify-anomalies: this is no snapshot that can be used here: %s', 500, TypeError)

/** A baseline id that does not exist. */
export const FST_ANOMALIES_UNKNOWN_BASELINE = createError<[string]>('FST_ANOMALIES_UNKNOWN_BASELINE', 'fastify-anomalies: there is no baseline %s', 404, RangeError)

/** A parameter of a request to the admin route is unknown, of the wrong form or impossible. */
export const FST_ANOMALIES_BAD_PARAMETER = createError<[string, string]>('FST_ANOMALIES_BAD_PARAMETER', 'parameter %s %s', 400, Error, false)

/** Trends were asked for where the plugin is switched off. */
export const FST_ANOMALIES_NO_TRENDS = createError<[]>('FST_ANOMALIES_NO_TRENDS', 'fastify-anomalies: the plugin trends is not registered', 404, Error, false)

/** An entity that has no risk was to be released. */
export const FST_ANOMALIES_UNKNOWN_ENTITY = createError<[string]>('FST_ANOMALIES_UNKNOWN_ENTITY', 'fastify-anomalies: there is no entity %s', 404, Error, false)

/** Something was to be done with a baseline that cannot be done with one. */
export const FST_ANOMALIES_UNKNOWN_ACTION = createError<[string]>('FST_ANOMALIES_UNKNOWN_ACTION', 'fastify-anomalies: a baseline can be sent freeze, unfreeze or reset, not %s', 404, Error, false)

/** Another site's page made a browser send a change to the admin route. */
export const FST_ANOMALIES_CROSS_ORIGIN = createError<[]>('FST_ANOMALIES_CROSS_ORIGIN', 'Changes are taken from the same origin only', 403, Error, false)

/** The admin route could not make its answer; the cause is in the log. */
export const FST_ANOMALIES_NO_ANSWER = createError<[]>('FST_ANOMALIES_NO_ANSWER', 'This could not be answered; the cause is in the log', 500, Error, false)
