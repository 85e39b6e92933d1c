/** Every tunable number of the shop, with its unit in its name and, where it is not obvious, the reason of its size. */
export const config = {
  shop: {
    /** Sales are announced, and times typed, in this zone. */
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
  },
  hold: {
    defaultSeconds: 300,
    maxSeconds: 3600,
    /** Due holds that one reserve reclaims when it is short of units: bounds the script's time to about a millisecond. */
    reclaimPerReserve: 64,
    /** Due holds the worker reclaims in one script call. */
    reclaimPerSweep: 200,
    /**
     * A unit that comes back can be reserved again after a random part of this, a quarter of it at least. A page that
     * waits for it polls once a second and is to show it within two.
     */
    returnMs: 500,
    /**
     * How long a buyer waits before the next cart after their 1st, 2nd, … one that lapsed in a sale. The first may happen
     * to anybody.
     */
    coolDownSeconds: [0, 30, 120, 600],
    /** Of all units of a sale, so many may be set aside for one network at once: a carrier's NAT is a crowd of honest people. */
    networkShare: 0.25,
    /** But in a small sale as many as this. */
    networkLeast: 20,
    /** When somebody whose network has all that should try again: carts end all the time. */
    networkRetrySeconds: 10,
  },
  sale: {
    defaultLimitPerBuyer: 10,
    maxAllocation: 5_000_000,
    maxItems: 50,
    /** More lines than this in one cart would make one script slow for everybody else. */
    maxQuantity: 1_000,
  },
  payment: {
    defaultSeconds: 600,
    maxSeconds: 86_400,
    providerTimeoutMs: 8_000,
    /** A payment whose outcome is unknown for this long is looked up at the provider. */
    unknownAfterMs: 4_000,
    webhookToleranceSeconds: 300,
  },
  redis: {
    /** One attempt; a lost reply is repeated while `mutationBudgetMs` lasts. */
    commandTimeoutMs: 1_000,
    /** A mutation that runs later than this after it was sent changes nothing (`notAfter`). */
    mutationBudgetMs: 4_000,
    attempts: 3,
    retryDelayMs: 40,
  },
  postgres: {
    connections: 10,
    connectTimeoutSeconds: 3,
    statementTimeoutMs: 8_000,
    lockTimeoutMs: 4_000,
    idleInTransactionTimeoutMs: 10_000,
  },
  claim: {
    batchSize: 300,
    /** An entry that a consumer took and did not finish for this long is taken over by another one. */
    takeOverAfterMs: 2_000,
    /** How long the request that ordered waits for the ledger before it answers 202. */
    waitMs: 2_500,
    waitPollMs: 40,
  },
  worker: {
    tickMs: 250,
    claimTickMs: 500,
    reconcileTickMs: 3_000,
    /** Closed sales are looked after for this long, or longer while anything of them is unfinished. */
    afterCloseHours: 48,
    expirePerTick: 500,
    /** Entries of the orders stream are kept this long after they were claimed, to replay them onto a restored ledger. */
    streamRetentionHours: 48,
  },
  room: {
    /** A segment begins this far ahead, so that every process and every page knows it by then. */
    leadMs: 2_000,
    /** A worker that took longer to decide on a segment drops it: the rest of the lead is for everybody to hear of it. */
    decideWithinMs: 500,
    /** Admissions a second before anything has been measured. */
    firstRate: 20,
    /** Never more a second than this, whatever the backlog says. */
    mostPerSecond: 2_000,
    /** How many units' worth of admitted shoppers may be on their way, for each unit that is free. */
    perFreeUnit: 1.5,
    /** The rate aims at using up what may be admitted within this time. */
    aimSeconds: 10,
    /** Unclaimed orders beyond this many stop the admissions. */
    mostUnclaimed: 2_000,
    /** Longer than a hold, so that whoever came in time can fill a cart again. */
    admissionSeconds: 900,
    /** Without JavaScript a place takes this long a wait instead of a proof of work. */
    waitSeconds: 10,
    /** A wait that was begun longer ago proves nothing any more; as long as a proof of work is good. */
    waitGoodSeconds: 1_200,
    /** Numbers of the queue that the ledger reserves at once: a Redis that forgets leaves a gap of so many at most. */
    block: 500,
    /** A shopper who was admitted and did not come within this time is no longer waited for. */
    noShowSeconds: 120,
    /** While half of the turns of a server's event loop are later than this, fewer are admitted; from `mostLateMs` on nobody. */
    calmLateMs: 30,
    mostLateMs: 250,
    /** How often each server process says how late it is, and how long that is believed. */
    pulseMs: 1_000,
    pulseSeconds: 5,
  },
  captcha: {
    /** A proof is made before a sale opens and used once the shopper is ready. */
    proofSeconds: 1_200,
    /** How many keys the browser has to try, at least and at most: the shop knows the right one beforehand. */
    leastTries: 300,
    mostTries: 600,
    /** Tokens of hCaptcha are long, and its documentation promises no limit. */
    mostLength: 8_192,
    siteverifyTimeoutMs: 3_000,
    /** How long a page waits for hCaptcha to appear. */
    loadMs: 15_000,
    /** Changes of a cart before a sale that asks for proofs after repeated reserves asks for the next one. */
    freeReserves: 5,
    /** Marks of tokens that were accepted lately, in each sale: 11 KB, however many there are. */
    marks: 1_024,
    /** Used proofs that are forgotten at each use of another one, once they are too old to be used again. */
    forgetPerUse: 64,
  },
  live: {
    refreshMs: 250,
    /** A sale nobody polled for this long is no longer refreshed in the background. */
    idleMs: 10_000,
    /** A body older than this is not served: then the answer is `try_again`. */
    staleAfterMs: 2_000,
    catalogRefreshMs: 1_000,
  },
  accounts: {
    /** A session ends after a working day, whatever is done with it. */
    sessionHours: 12,
  },
  http: {
    bodyLimitBytes: 16_384,
    maxJsonDepth: 8,
    cookieDays: 30,
    maxHeaderBytes: 16_384,
    /** Longer than the idle time of common load balancers (60 s), else they reuse a connection as it closes. */
    keepAliveMs: 65_000,
    /** Nothing sent and nothing read for this long in the middle of a request: longer than stores and providers take. */
    standstillMs: 20_000,
  },
  overload: {
    /** Units of work: a call of the API is one, the rest as measured against it. An own page is put together for one person. */
    cost: { call: 1, file: 3, page: 6, form: 15, ownPage: 40 },
    /**
     * The part of what a process can take that each rank leaves to those before it. Shoppers may overdraw it: after a
     * stall they come all at once, and the others wait until that is made up for.
     */
    bounds: { shopper: -2, newcomer: 0.5, last: 0.75 },
    /** Less than this part of the room left, and pages are made one after the other. */
    pressed: 0.95,
    /** How much may come at once, in seconds of the capacity. */
    burstSeconds: 0.2,
    /** Work of one process that is begun and not done, in units: more means that a store hangs, or that pages queue up. */
    unitsInFlight: 2_000,
    /** How often the event loop's delay is looked at, and what is too late: half of all turns took longer. */
    windowMs: 250,
    delayTargetMs: 60,
    /** What a process takes on when it is late, against what it had taken on, and how it finds back. */
    backOff: 0.7,
    recovery: 1.1,
    /** Units a second that a process takes on however late it is. */
    leastPerSecond: 200,
    /** Those who were turned away come back spread over this time. */
    comeBackSeconds: 4,
  },
  server: {
    /** Unless SERVER_PROCESSES says otherwise: each may hold 20 connections of a ledger that takes 100 unless it is told otherwise. */
    mostProcesses: 4,
    /** A process that leaves keeps connections that nobody uses open for so long; whoever uses one is asked to close it. */
    idleMs: 3_000,
    /** A process that was replaced finishes what is in flight within this time: the longest request takes as long. */
    drainMs: 30_000,
    /** As long as the whole server has: a supervisor or platform waits about ten seconds. */
    shutdownMs: 8_000,
    /** At the end, connections that were accepted find a process within this time. */
    handOverMs: 500,
    /** A new process that is not ready by then is given up, and the old ones go on. */
    readyWithinMs: 60_000,
    /** Connections that wait for a process, and for how long: as long as it takes to start one, on a busy machine. */
    mostWaiting: 1_000,
    waitingMs: 10_000,
  },
  demo: { opensAfterFirstRequestSeconds: 120 },
} as const
