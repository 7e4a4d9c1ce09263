import '../lib/top-table'
import '../lib/signal-store'
