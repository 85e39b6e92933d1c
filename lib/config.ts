/** Every tunable number of the shop, with its unit in its name and, where it is not obvious, the reason of its size. */
export const config = {
  hold: {
    defaultSeconds: 300,
    maxSeconds: 3600,
    /** Due holds that one reserve reclaims when it is short of units: bounds the script's time to about a millisecond. */
    reclaimPerReserve: 64,
    /** Due holds the worker reclaims in one script call. */
    reclaimPerSweep: 200,
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
    /** Numbers of the queue that the ledger reserves at once. */
    block: 10_000,
    /** A shopper who was admitted and did not come within this time is no longer waited for. */
    noShowSeconds: 120,
  },
  live: {
    refreshMs: 250,
    /** A sale nobody polled for this long is no longer refreshed in the background. */
    idleMs: 10_000,
    /** A body older than this is not served: then the answer is `try_again`. */
    staleAfterMs: 2_000,
    catalogRefreshMs: 1_000,
  },
  http: {
    bodyLimitBytes: 16_384,
    maxJsonDepth: 8,
    cookieDays: 30,
  },
  demo: { opensAfterFirstRequestSeconds: 120 },
} as const
