'use strict';

// What https://nodejs.org/api/worker_threads.html says of a thread that is no worker. There are
// no workers: hosts run scripts side by side in contexts.

const { codes: { ERR_FEATURE_UNAVAILABLE } } = require('internal/errors');

class Worker {
  constructor() {
    throw new ERR_FEATURE_UNAVAILABLE(
      'worker_threads.Worker', 'its host can run a script in another one (troupe::runtime::spawn)');
  }
}

module.exports = {
  Worker,
  isMainThread: true,
  parentPort: null,
  resourceLimits: {},
  threadId: 0,
  workerData: null,
};
