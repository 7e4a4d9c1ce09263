/**
 * Signals over time (a stub: counts follow).
 */
export class SignalStore {
  total = 0

  /**
   * Takes one signal in.
   * @param type Its number (`TYPE`). @param value Keyed 32-bit hash of what was seen. @param entity Keyed hash of the client address.
   * @param session Keyed hash of the credential or session, 0 without one. @param at Epoch milliseconds.
   */
  add (type: number, value: number, entity: number, session: number, at: number): void { this.total++ }

  /** Remembers how a hash is written, where that may be shown (an address, a country, a JA4; never a credential). */
  name (hash: number, text: string): void {}
}
