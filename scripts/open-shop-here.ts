import { type Env, env } from '../lib/env'
import { createContext } from '../lib/open-context'
import { findRunFile } from './run-file'

/**
 * The stores of the shop that runs here, for a command beside it; their addresses come from the running shop, unless
 * the environment names others. Silent, because what a command prints is for people or parsers. Throws an Error with
 * one sentence when nothing says where the stores are.
 */
export function openShopHere(name: string): ReturnType<typeof createContext> {
  let settings: Env
  try {
    settings = env()
  } catch (error) {
    if (process.env.DATABASE_URL || findRunFile()) throw error
    throw new Error('No shop runs here: start one with "npm start", or set DATABASE_URL and REDIS_URL.')
  }
  return createContext(name, { ...settings, LOG_LEVEL: 'silent' })
}
