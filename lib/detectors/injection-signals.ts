import type { Signal, SignalKind } from '../signal'

const DETECTOR = 'injection'

function kind (type: string, describe: (signal: Signal) => string, about?: 'attack'): SignalKind {
  return { type, detector: DETECTOR, ...about === undefined ? null : { about }, describe }
}

/** A text that does harm where it is taken for code. */
function attack (type: string, what: string): SignalKind { return kind(type, describeText(what), 'attack') }

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

export const SQL_INJECTION = attack('sql_injection', 'SQL')
export const NOSQL_INJECTION = attack('nosql_injection', 'operators of a document database')
export const XSS = attack('xss', 'markup or script for a browser')
export const COMMAND_INJECTION = attack('command_injection', 'a command for a shell')
export const PATH_TRAVERSAL = attack('path_traversal', 'a path out of where it belongs')
export const TEMPLATE_INJECTION = attack('template_injection', 'template or program code')
export const LDAP_INJECTION = attack('ldap_injection', 'an LDAP filter or XPath')
export const XML_INJECTION = attack('xml_injection', 'XML with entities or inclusions')
export const LINE_INJECTION = attack('line_injection', 'further lines of a protocol or log')
export const SSRF = attack('ssrf', 'an address inside the network')
export const JNDI_INJECTION = attack('jndi_injection', 'a JNDI or log4j look-up')
export const SCANNER = attack('scanner_probe', 'the mark of a scanning tool')
export const GRAPHQL_PROBE = attack('graphql_probe', 'a GraphQL query for the whole schema')
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
