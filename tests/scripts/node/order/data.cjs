process.stdout.write(`ran ${require('os').EOL === '\n' && 'data.cjs'} ${require.main === module && 'main'}\n`);
