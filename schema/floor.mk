# The migrations, in order.
