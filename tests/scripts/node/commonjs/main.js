console.log(typeof require, typeof module, exports === module.exports, this === exports);
console.log(module.id, module.filename === __filename, module.loaded, module.children.length);
console.log(require.main === module, module.parent, require('path').basename(__dirname));
console.log(require('./lib/a').name, require('./lib/a.js') === require('./lib/a'));
console.log(require('./lib/data'), require('./lib/data.json') === require('./lib/data'));
console.log(require('./lib/folder'), require('./lib/index_folder/'), require('./lib'));
console.log(require('plain'), require('plain/extra'), require('@scope/pkg'));
console.log(require('exported'), require('exported/sub'), require('exported/pattern/one'));
console.log(require('conditional'));
for (const request of ['./nope', 'nope', 'exported/hidden', 'exported/pattern/none', 'node:nope',
                       '', 'broken', './lib/bad.json', './lib/throws', 'exported/package.json']) {
  try {
    require(request);
    console.log(request, 'was found');
  } catch (error) {
    console.log(request, '|', error.code, '|', error.name, '|',
                error.message.replaceAll(__dirname, '.').replace(/ \(line.*/, ''),
                error.requireStack?.map((path) => path.replace(__dirname, '.')));
  }
}
try {
  require(3);
} catch (error) {
  console.log(error.code, error.message);
}
// Cycles give what there is so far.
console.log(require('./lib/cycle_a'));
const counted = require('./lib/counted');
delete require.cache[require.resolve('./lib/counted')];
console.log(counted.count, require('./lib/counted').count, require('./lib/counted').count);
console.log(require.resolve('./lib/a').replace(__dirname, '.'), require.resolve('fs'),
            require.resolve('node:fs'));
console.log(require.resolve.paths('x')[0].replace(__dirname, '.'), require.resolve.paths('fs'),
            require.resolve.paths('./x').map((path) => path.replace(__dirname, '.')));
console.log(require.resolve('plain', { paths: [__dirname] }).replace(__dirname, '.'));
console.log(module.paths[0].replace(__dirname, '.'), module.children.length > 5);
const { createRequire, builtinModules, isBuiltin } = require('module');
console.log(createRequire(__dirname + '/lib/x.js')('./a').name,
            createRequire(require('url').pathToFileURL(__filename))('./lib/a').name);
console.log(builtinModules.includes('fs'), isBuiltin('node:path'), isBuiltin('nope'));
console.log(Object.keys(require.cache).filter((path) => path.endsWith('main.js')).length);
console.log(Object.keys(require), require.extensions === require('module')._extensions);
require('./lib/sets_module');
console.log(require('./lib/function')(2));
// Extensions and compilers that tools add.
require.extensions['.txt'] = (loaded, filename) => {
  loaded.exports = require('fs').readFileSync(filename, 'utf8').trim();
};
console.log(require('./lib/text.txt'));
import('./lib/a.js').then((ns) => console.log('import() in CommonJS', ns.default.name, ns.name));
require('./lib/shows_position');
