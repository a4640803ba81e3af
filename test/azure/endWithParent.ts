// Loaded into child processes: ends them when the process that started them is gone.
process.once('disconnect', () => process.exit());
