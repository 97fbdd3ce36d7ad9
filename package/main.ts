import './node-20.ts';
import '../bin/ripcord.ts';
