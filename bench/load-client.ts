import { connect } from 'node:net'
import type { Socket } from 'node:net'

const HEADER_END = Buffer.from('\r\n\r\n')

/**
 * One HTTP/1.1 keep-alive connection in closed loop: `send` writes a request in one piece and resolves with the reply's status once its
 * last byte is there. It understands what the benchmark's server says (a status line and `content-length`) and no more.
 */
export class LoadClient {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #resolve: (status: number) => void = unasked
  #reject: (error: Error) => void = unasked

  constructor (socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('close', () => this.#reject(new Error('the server closed the connection')))
    socket.on('error', (error) => this.#reject(error))
  }

  static open (port: number): Promise<LoadClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new LoadClient(socket)))
      socket.once('error', reject)
    })
  }

  send (request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#socket.write(request)
    })
  }

  close (): void {
    this.#reject = unasked
    this.#socket.destroy()
  }

  #read (chunk: Buffer): void {
    const received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headerEnd = received.indexOf(HEADER_END)
    const head = headerEnd < 0 ? '' : received.toString('latin1', 0, headerEnd)
    const complete = headerEnd >= 0 && received.length >= headerEnd + HEADER_END.length + contentLength(head)
    this.#received = complete ? Buffer.alloc(0) : received
    if (complete) this.#resolve(Number(head.slice(9, 12)))
  }
}

function contentLength (head: string): number {
  const match = /\r\ncontent-length: (\d+)/i.exec(head)
  if (match === null) throw new Error(`a reply without content-length: ${head}`)
  return Number(match[1])
}

function unasked (): void {}
