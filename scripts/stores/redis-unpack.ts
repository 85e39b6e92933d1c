import { join } from 'node:path'
import { findUnpacked, type Unpacked, unpack } from './debian-package'
import type { Home } from './home'

/** redis-tools holds the server too. Reset keeps it: it is a download, not data. */
const redisTools = (home: Home): Unpacked => ({
  folder: join(home.dir, 'redis-package'),
  package: 'redis-tools',
  file: 'usr/bin/redis-check-rdb',
  argv0: 'redis-server',
})

/** The program that an earlier start unpacked. */
export const unpackedRedis = (home: Home) => findUnpacked(redisTools(home))

/** Unpacks Debian's redis-tools for a user who may not install packages. Answers null when that worked, else why not. */
export const unpackRedis = (home: Home) => unpack(redisTools(home))
