const INTERVAL_MS = 200

/** Where progress and remarks are written. */
export interface Terminal {
  readonly isTTY?: boolean
  write (text: string): unknown
}

/** How far a run is, on one line of a terminal that is written over; silent where the output is not a terminal. */
export class Progress {
  readonly #terminal: Terminal
  readonly #isShown: boolean
  #phase = ''
  #since = 0
  #shownAt = 0
  #entries = 0
  #width = 0

  constructor (terminal: Terminal) {
    this.#terminal = terminal
    this.#isShown = terminal.isTTY === true
  }

  /** A phase begins. @param phase Such as `learning`. */
  begin (phase: string): void {
    this.#phase = phase
    this.#since = this.#shownAt = performance.now()
    this.#entries = 0
  }

  /** So many more entries are done. */
  advance (entries: number): void {
    this.#entries += entries
    if (!this.#isShown) return
    const now = performance.now()
    if (now - this.#shownAt < INTERVAL_MS) return
    this.#shownAt = now
    const rate = Math.round(this.#entries * 1000 / (now - this.#since))
    this.#draw(`${this.#phase}: ${this.#entries.toLocaleString('en')} entries, ${rate.toLocaleString('en')}/s`)
  }

  /** Clears the line, so that something else can be written. */
  clear (): void {
    if (this.#width > 0) this.#terminal.write(`\r${' '.repeat(this.#width)}\r`)
    this.#width = 0
  }

  #draw (line: string): void {
    this.#terminal.write(`\r${line.padEnd(this.#width)}`)
    this.#width = line.length
  }
}
