import type { Signal, SignalKind } from '../signal'

const DETECTOR = 'injection'
/** Such a text does harm where it is taken for code. */
const ATTACK = 'attack'

function kind (type: string, describe: (signal: Signal) => string, about?: 'attack'): SignalKind {
  return { type, detector: DETECTOR, ...about === undefined ? null : { about }, describe }
}

/** What of a text is evidence: never the text itself. */
export interface InjectionEvidence {
  /** Probability, by the model alone, that the text is an injection. */
  probability: number
  /** Named patterns. */
  patterns: string[]
  /** Shape of the stretch that says so. */
  sample: string
  length: number
  /** Whether it was encoded. */
  encoded: boolean
}

/** What of the field is evidence. */
export interface InjectionExpectation {
  /** Probability from which the field alarms. */
  from: number
  /** Values of it that were learned. */
  samples: number
}

function describeText (what: string): (signal: Signal) => string {
  return (signal) => {
    const { sample, patterns, probability, encoded } = signal.actual as InjectionEvidence
    const { from, samples } = signal.expected as InjectionExpectation
    const named = patterns.length === 0 ? '' : ` (${patterns.join(', ')})`
    return `${signal.field} holds what reads as ${what}${named}${encoded ? ', encoded' : ''}: ${sample}; probability ${probability}, ordinary is below ${from}${samples > 0 ? ` (${samples} values seen)` : ''}`
  }
}

export const SQL_INJECTION = kind('sql_injection', describeText('SQL'), ATTACK)
export const NOSQL_INJECTION = kind('nosql_injection', describeText('operators of a document database'), ATTACK)
export const XSS = kind('xss', describeText('markup or script for a browser'), ATTACK)
export const COMMAND_INJECTION = kind('command_injection', describeText('a command for a shell'), ATTACK)
export const PATH_TRAVERSAL = kind('path_traversal', describeText('a path out of where it belongs'), ATTACK)
export const TEMPLATE_INJECTION = kind('template_injection', describeText('template or program code'), ATTACK)
export const LDAP_INJECTION = kind('ldap_injection', describeText('an LDAP filter or XPath'), ATTACK)
export const XML_INJECTION = kind('xml_injection', describeText('XML with entities or inclusions'), ATTACK)
export const LINE_INJECTION = kind('line_injection', describeText('further lines of a protocol or log'), ATTACK)
export const SSRF = kind('ssrf', describeText('an address inside the network'), ATTACK)
export const JNDI_INJECTION = kind('jndi_injection', describeText('a JNDI or log4j look-up'), ATTACK)
export const SCANNER = kind('scanner_probe', describeText('the mark of a scanning tool'), ATTACK)
export const GRAPHQL_PROBE = kind('graphql_probe', describeText('a GraphQL query for the whole schema'), ATTACK)
export const NOT_INSPECTED = kind('not_inspected', (signal) => `${signal.actual} characters of the request were not looked at for injections; the limit is ${signal.expected}`)
export const NOVEL_REQUESTS = kind('novel_request_rate', (signal) => `${signal.actual} of the last minute's requests have a shape never seen before, ordinary is ${signal.expected}`)

/** The kind of signal for each class that the weights tell apart. */
export const KINDS: Readonly<Record<string, SignalKind>> = {
  sql: SQL_INJECTION,
  nosql: NOSQL_INJECTION,
  markup: XSS,
  shell: COMMAND_INJECTION,
  traversal: PATH_TRAVERSAL,
  template: TEMPLATE_INJECTION,
  ldap: LDAP_INJECTION,
  xml: XML_INJECTION,
  lines: LINE_INJECTION,
  ssrf: SSRF,
  jndi: JNDI_INJECTION,
  probe: SCANNER,
  graphql: GRAPHQL_PROBE
}
