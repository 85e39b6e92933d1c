/** What a handle of a sale or product may look like: refuses braces, colons, stars, newlines and over-long names. */
export const slugPattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/

export const idPatterns = {
  sale: /^sal_[0-9a-z]{12}$/,
  variant: /^var_[0-9a-z]{12}$/,
  item: /^itm_[0-9a-z]{12}$/,
  buyer: /^byr_[0-9A-Za-z_-]{22}$/,
  account: /^acc_[0-9A-Za-z_-]{16}$/,
  order: /^ord_[0-9a-z]{12}_[0-9A-Za-z_-]{22}$/,
} as const
