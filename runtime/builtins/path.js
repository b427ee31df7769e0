'use strict';

const posix = require('internal/path').makePosix();
const win32 = require('internal/path_win32').makeWin32();

posix.posix = posix;
posix.win32 = win32;
win32.posix = posix;
win32.win32 = win32;

module.exports = posix;
