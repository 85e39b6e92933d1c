import { openShop, type Shop, until } from './shop'

/**
 * A second process of the shop that stands still at its first Redis command of which `where` is true: before it is sent,
 * or with `answered` once its reply has come. `still` waits until it stands, `goOn` lets it go.
 */
export async function standStill(
  shop: Shop,
  where: (command: string[]) => boolean,
  { answered = false } = {},
): Promise<{ stopped: Shop; still(): Promise<unknown>; goOn(): void }> {
  const stopped = await openShop({ DATABASE_URL: shop.databaseUrl })
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let stands = false
  stopped.redis.use(async (request, next) => {
    if (stands || !where(request.body as string[])) return next(request)
    // A script that Redis does not know yet fails here, and is sent again as a whole.
    const reply = answered ? await next(request) : undefined
    stands = true
    await held
    return reply ?? next(request)
  })
  return { stopped, still: () => until('the process to stand still', async () => stands), goOn }
}
