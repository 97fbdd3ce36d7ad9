import './node-20.ts';
import '../ripcord.ts';
