/** `npm run --silent nginx`: prints the configuration of nginx for the settings in the environment. */
import { renderNginx } from './nginx/render'

try {
  console.log(renderNginx(process.env))
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
