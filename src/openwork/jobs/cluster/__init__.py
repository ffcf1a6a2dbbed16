"""Work for more machines than this one: what is sent (`worker`), to whom (`ray_cluster`), and in which batches
(`dispatch`). `on_cluster` is what a command calls; a store has one writer, which is the process that called it."""
