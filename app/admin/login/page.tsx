import type { Metadata } from 'next'
import { LoginForm } from '@/components/admin/login-form'
import { Brand } from '@/components/brand'
import { Card } from '@/components/ui/card'

export const metadata: Metadata = { title: 'Sign in' }

export default function LoginPage() {
  return (
    <div className="mx-auto grid max-w-md gap-6 px-4 py-16">
      <Brand part="mark" className="size-12" />
      <h1 className="font-bold text-3xl tracking-tight">Sign in</h1>
      <Card>
        <LoginForm />
      </Card>
    </div>
  )
}
