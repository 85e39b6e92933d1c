/** A token bucket: `burst` requests at once, and `perSecond` more each second. */
export type Bucket = { burst: number; perSecond: number }

/** `perIdentity` holds for everybody, `perNetwork` outside `TRUSTED_NETWORKS`. */
export type Limit = {
  perIdentity?: Bucket
  perNetwork: Bucket
  /**
   * Each process counts by itself, for calls whose counts may not cost memory in Redis for every shopper: so this is what
   * one process lets through. Divided among them it would refuse a shopper whose connection stays with one of them.
   */
  isLocal?: true
  /** An IPv6 network is a /48 here, the most that one customer gets for nothing, instead of a /64. */
  isWide?: true
}

/**
 * Who may call how often. An identity is one buyer: ten at once is a shopper who taps quickly, five a second a finger
 * that never rests. A network is one IPv4 address or one IPv6 /64: an office or a carrier's NAT is a crowd of honest
 * shoppers behind one address, so its buckets are large, and they only bound what one machine can do.
 */
export const limits = {
  reserve: { perIdentity: { burst: 10, perSecond: 5 }, perNetwork: { burst: 200, perSecond: 100 } },
  /** Also cancelling an order. */
  order: { perIdentity: { burst: 10, perSecond: 1 }, perNetwork: { burst: 100, perSecond: 20 } },
  /** Also confirming a payment. Slow enough to make testing stolen cards here a waste of time. */
  pay: { perIdentity: { burst: 10, perSecond: 1 }, perNetwork: { burst: 100, perSecond: 20 } },
  /**
   * New identities, each with buckets of its own: that is why these are scarce. Nobody is anybody yet. Every shopper of a
   * crowd needs one, so Redis keeps no key of them.
   */
  session: { perNetwork: { burst: 60, perSecond: 5 }, isLocal: true },
  /** Places in a waiting room: one is enough, and each costs a proof. A million shoppers leave no key behind. */
  join: {
    perIdentity: { burst: 20, perSecond: 0.5 },
    perNetwork: { burst: 200, perSecond: 100 },
    isLocal: true,
  },
  /** Asking for work and exchanging tokens: for each place and order, and as scarce as those. */
  prove: {
    perIdentity: { burst: 20, perSecond: 0.5 },
    perNetwork: { burst: 200, perSecond: 100 },
    isLocal: true,
  },
  /**
   * Places without JavaScript: a wait instead of work, so they have to be scarcer than what one core can work for. Few
   * shoppers need one; see docs/decisions/0017-a-place-without-javascript.md.
   */
  wait: { perNetwork: { burst: 5, perSecond: 1 / 30 }, isLocal: true, isWide: true },
  /** Passwords tried at one account from one network, and at all of them: twenty an hour find no password of twelve characters. */
  signIn: { perIdentity: { burst: 10, perSecond: 1 / 180 }, perNetwork: { burst: 50, perSecond: 0.2 } },
  /** Carts and orders, which pages ask for every second or two while they wait. */
  read: { perIdentity: { burst: 40, perSecond: 20 }, perNetwork: { burst: 1_000, perSecond: 500 } },
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof limits
