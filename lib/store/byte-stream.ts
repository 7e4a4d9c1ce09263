/** Bytes one after the other, as many as come. Numbers are 0 to below 2^32, seven bits a byte, lowest first. */
export class ByteWriter {
  length = 0
  #bytes = new Uint8Array(1024)

  byte (value: number): void {
    if (this.length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.length++] = value
  }

  number (value: number): void {
    let left = value >>> 0
    for (; left > 127; left >>>= 7) this.byte((left & 127) | 128)
    this.byte(left)
  }

  /** Four bytes, whatever the number. */
  word (value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 255)
  }

  bytes (given: Uint8Array): void {
    if (this.length + given.length > this.#bytes.length) this.#grow(given.length)
    this.#bytes.set(given, this.length)
    this.length += given.length
  }

  /** What was written so far; overwritten by what comes after `clear`. */
  view (): Uint8Array { return this.#bytes.subarray(0, this.length) }

  clear (): void { this.length = 0 }

  #grow (least: number): void {
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + least))
    grown.set(this.view())
    this.#bytes = grown
  }
}

/** Reads what a `ByteWriter` wrote. @throws RangeError Where there is nothing more, or a number is none. */
export class ByteReader {
  at = 0
  readonly #bytes: Uint8Array

  constructor (bytes: Uint8Array) { this.#bytes = bytes }

  get isAtEnd (): boolean { return this.at >= this.#bytes.length }

  byte (): number {
    const value = this.#bytes[this.at]
    if (value === undefined) throw new RangeError(`bytes end at ${this.at}`)
    this.at++
    return value
  }

  number (): number {
    let value = 0
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw new RangeError(`no number ends at byte ${this.at}`)
  }

  word (): number {
    let value = 0
    for (let shift = 0; shift < 32; shift += 8) value |= this.byte() << shift
    return value >>> 0
  }
}
