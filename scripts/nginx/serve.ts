import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { choosePort } from '../stores/ports'
import { ensureNginx } from './program'
import { type NginxSettings, renderNginx } from './render'

export type Served = {
  url: string
  /** The address that only redirects. */
  plainUrl: string
  port: number
  certificate: string
  accessLog: string
  stop(): Promise<void>
}

const startMs = 10_000

/** What a system's own nginx.conf says around ours, and paths below the folder that nginx is started in. */
const around = (rendered: string) => `
daemon off;
pid nginx.pid;
error_log error.log;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path temporary/${name};`).join('\n  ')}
  ${rendered}
}
`

function makeCertificate(folder: string): string {
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out certificate.pem'
  const name = '-subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2'
  const { status, stderr } = spawnSync('openssl', `req -x509 ${key} ${name}`.split(' '), {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`openssl made no certificate: ${stderr}`)
  return readFileSync(join(folder, 'certificate.pem'), 'utf8')
}

const isListening = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })

/**
 * Runs nginx with the shop's configuration in a folder of its own, on loopback alone, at the port of `PUBLIC_URL`, with a
 * certificate that it makes. `beside` stands beside the shop's part in the `http` block.
 */
export async function serveNginx(
  path: string,
  settings: NginxSettings & { PUBLIC_URL: string },
  beside = '',
): Promise<Served> {
  const folder = resolve(path)
  mkdirSync(join(folder, 'temporary'), { recursive: true })
  const certificate = makeCertificate(folder)
  const [port, plainPort] = [Number(new URL(settings.PUBLIC_URL).port), await choosePort()]
  const rendered = renderNginx({
    LISTEN_HTTP: `127.0.0.1:${plainPort}`,
    LISTEN_HTTPS: `127.0.0.1:${port}`,
    TLS_CERTIFICATE: 'certificate.pem',
    TLS_KEY: 'key.pem',
    CACHE_DIR: 'cache',
    ACCESS_LOG: 'access.log',
    ERROR_LOG: 'error.log',
    ...settings,
  })
  writeFileSync(join(folder, 'nginx.conf'), around(`${rendered}\n${beside}`))
  const program = await ensureNginx()
  const env = { ...process.env, ...(program.libraries && { LD_LIBRARY_PATH: program.libraries }) }
  const args = ['-p', folder, '-e', 'error.log', '-c', 'nginx.conf']
  const checked = spawnSync(program.file, ['-p', folder, '-e', 'stderr', '-t', '-c', 'nginx.conf'], {
    encoding: 'utf8',
    env,
  })
  if (checked.status !== 0) throw new Error(`nginx refuses its configuration:\n${checked.stderr}`)
  // Ends nginx when this process dies, which closes the pipe that `cat` reads.
  const guard = 'nginx=$1; shift; "$nginx" "$@" & cat; kill $!; wait'
  const child = spawn('sh', ['-c', guard, 'sh', program.file, ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env,
  })
  const ended = new Promise((done) => child.once('close', done))
  const served: Served = {
    url: settings.PUBLIC_URL,
    plainUrl: `http://localhost:${plainPort}`,
    port,
    certificate,
    accessLog: join(folder, 'access.log'),
    async stop() {
      child.stdin.end()
      await ended
    },
  }
  for (const until = Date.now() + startMs; !(await isListening(port)); await sleep(20)) {
    if (Date.now() < until) continue
    await served.stop()
    throw new Error(`nginx does not listen:\n${readFileSync(join(folder, 'error.log'), 'utf8')}`)
  }
  return served
}
