import { connect } from 'node:net'
import type { Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'
const PATIENCE_MS = 10_000

interface Exchange { method: string, resolve: (status: number) => void }

/**
 * The connection that a reverse proxy keeps open to the shop: HTTP/1.1 over a real socket, one request at a time, opened again where the shop
 * has closed it. Understands replies with a length and replies without a body; any other lasts until the connection closes.
 */
export class Upstream {
  readonly #port: number
  #socket: Socket | null = null
  #exchange: Exchange | null = null
  #head = Buffer.alloc(0)
  #status = 0
  /** Bytes of the body still to come; null before the head is complete. */
  #left: number | null = null
  #isLast = false

  constructor (port: number) { this.#port = port }

  /** Sends a request in one piece. @returns The reply's status, once its last byte is there; 0 where there was none. */
  send (method: string, request: Buffer): Promise<number> {
    return new Promise((resolve) => {
      this.#exchange = { method, resolve }
      this.#head = Buffer.alloc(0)
      this.#status = 0
      this.#left = null
      this.#isLast = false
      const socket = this.#socket ?? this.#open()
      socket.write(request)
    })
  }

  close (): void {
    this.#socket?.destroy()
    this.#socket = null
  }

  #open (): Socket {
    const socket = connect(this.#port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = null
      this.#finish()
    })
    this.#socket = socket
    return socket
  }

  #read (chunk: Buffer): void {
    if (this.#exchange === null) return this.close()
    if (this.#left === null) this.#readHead(chunk)
    else this.#left -= chunk.length
    if (this.#left === null || this.#left > 0) return
    if (this.#isLast || this.#left < 0) this.close()
    this.#finish()
  }

  #readHead (chunk: Buffer): void {
    this.#head = Buffer.concat([this.#head, chunk])
    const end = this.#head.indexOf(HEAD_END)
    if (end < 0) return
    const head = this.#head.toString('latin1', 0, end + 2)
    const rest = this.#head.subarray(end + HEAD_END.length)
    this.#status = Number(head.slice(9, 12))
    if (this.#status < 200) {
      this.#head = Buffer.alloc(0)
      if (rest.length > 0) this.#readHead(rest)
      return
    }
    this.#left = this.#bodyLength(head) - rest.length
    this.#isLast = /\r\nconnection: close\r\n/i.test(head)
  }

  #bodyLength (head: string): number {
    if (this.#exchange?.method === 'HEAD' || this.#status === 204 || this.#status === 304) return 0
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
    return length === undefined ? Infinity : Number(length)
  }

  #finish (): void {
    const exchange = this.#exchange
    this.#exchange = null
    exchange?.resolve(this.#status)
  }
}
