const FIRST =
  'Mara Jonas Lena Felix Sofia Lukas Anna Noah Emilia Paul Nina David Laura Simon Julia Tim Sarah Jan Lea Moritz Elif Emre Ayşe Deniz Camille Hugo Chloé Louis Manon Théo Inès Jules Agnieszka Piotr Katarzyna Tomasz Zofia Michał Ewa Paweł Olivia Ethan Grace Liam Harper Mason Chloe Owen Hannah Caleb Beatriz Thiago Larissa Rafael Fernanda Gustavo Priya Arjun Ananya Rohan Kavya Vikram Ishita Aditya Mei Wei Jia Hao Xin Kenji Aiko Farah Amir Nadia Omar Ingrid Lars Astrid Björn Freya Mikkel Siobhán Declan Róisín Giulia Marco Chiara Matteo Elena Andrei Ioana Marta Pedro Inês Carmen Álvaro Lucía'.split(
    ' ',
  );
const LAST =
  'Keller Brunner Huber Meier Weber Fischer Schneider Wagner Becker Hoffmann Schäfer Koch Richter Klein Wolf Schröder Neumann Zimmermann Krüger Hartmann Lange Frei Baumann Gerber Moser Graf Wyss Lehmann Köhler Jansen Petersen Brandt Dubois Laurent Moreau Girard Roux Fontaine Chevalier Mercier Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymańska Dąbrowska Mazur Kaczmarek Smith Johnson Walker Sullivan Murphy Bennett Foster Hughes Parker Reed Cooper Bailey Silva Santos Oliveira Souza Ferreira Almeida Carvalho Ribeiro Sharma Patel Iyer Kulkarni Deshpande Joshi Nair Banerjee Chatterjee Reddy Tan Lim Ng Wong Chen Li Zhang Tanaka Sato Rahman Hassan Yılmaz Demir Kaya Nilsen Lindqvist Sørensen Andersson O’Brien Byrne Rossi Ferrari Conti Popescu Ionescu Fernandes Costa García Navarro Ortega'.split(
    ' ',
  );

export interface Person {
  readonly fullName: string;
  /** Account name: ASCII, lower case. */
  readonly account: string;
}

/** @param first,last in [0, 1) @param number makes accounts differ that would be the same */
export function personOf(first: number, last: number, number: number): Person {
  const firstName = FIRST[Math.floor(first * FIRST.length)] ?? 'Alex';
  const lastName = LAST[Math.floor(last * LAST.length)] ?? 'Meier';
  const account = `${ascii(firstName).slice(0, 1)}${ascii(lastName)}${number % 97 === 0 ? '' : (number % 97) + 1}`;
  return { fullName: `${firstName} ${lastName}`, account };
}

const PLAIN: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', ı: 'i', ß: 'ss', '’': '' };

function ascii(name: string): string {
  return [...name.toLowerCase().normalize('NFD')]
    .map((letter) => PLAIN[letter] ?? letter)
    .join('')
    .replace(/[^a-z]/g, '');
}
