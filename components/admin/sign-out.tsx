'use client'

import { signOut } from 'next-auth/react'
import { Button } from '../ui/button'

/** Ends the session of this browser. */
export function SignOut() {
  return (
    <Button
      type="button"
      look="quiet"
      size="small"
      onClick={() => void signOut({ callbackUrl: '/admin/login' })}
    >
      Sign out
    </Button>
  )
}
