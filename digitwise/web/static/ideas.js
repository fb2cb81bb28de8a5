// The Ideas room: four of the chapter's ideas, computed by the server's code.

import { CircuitIdea } from "./ideas/circuit.js";
import { MiniBatchIdea } from "./ideas/minibatch.js";
import { PerceptronIdea } from "./ideas/perceptron.js";
import { Valley } from "./ideas/valley.js";

for (const idea of [new Valley(), new PerceptronIdea(), new CircuitIdea(), new MiniBatchIdea()]) idea.begin();
